/**
 * At most 200 characters, none of them for control, a line break or a broken surrogate: what may be logged and shown,
 * as reasons are. Counted in code points, as OpenAPI does; class-validator's MaxLength overlooks some.
 *
 * @publicApi
 */
export const SHORT_PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{0,200}$/u;
