/** One broken rule. `field` is empty when the whole value is at fault; the message never quotes a value. */
export interface Violation {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}
