/** Whether this consumer counts as a member of its group. */
export class Membership {
  private joinedIn = false;
  private heardAt = 0;

  constructor(private readonly sessionTimeoutMs: number) {}

  /** A member whose heartbeats are answered: without that, the group gives its partitions to others. */
  get isAlive(): boolean {
    return this.joinedIn && Date.now() - this.heardAt < this.sessionTimeoutMs;
  }

  joined(): void {
    this.joinedIn = true;
    this.heardAt = Date.now();
  }

  /** @returns whether it was a member until now */
  left(): boolean {
    const before = this.joinedIn;
    this.joinedIn = false;
    return before;
  }

  /**
   * The group has answered a heartbeat. It does so while a rejoin that failed was not needed after all, as when
   * the coordinator has only moved. @returns whether it was taken for left until now
   */
  heard(): boolean {
    const before = this.joinedIn;
    this.joined();
    return !before;
  }
}
