/** No control characters, line breaks or broken surrogates: what may be logged and shown. */
const CHARACTER = '[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]';

export const PRINTABLE = new RegExp(`^${CHARACTER}*$`, 'u');

/**
 * Of at most 200 such characters, as reasons are.
 *
 * @publicApi
 */
export const SHORT_PRINTABLE = new RegExp(`^${CHARACTER}{0,200}$`, 'u');
