export type { DeadLetterReason } from './dead-letter-reason.js';
export { EventRewriter, type EventChanges } from './event-rewriter.js';
export { HEADERS, isReservedHeader, RETRY_HEADERS } from './headers.js';
export { decodeJsonObject, type DecodedPayload, type JsonDocument } from './json-document.js';
export { LoginEventDto, loginEventDto } from './login-event.dto.js';
export { compileValidator, type PayloadValidator } from './payload-validator.js';
export { parseAppVersion } from './rules/app-version.js';
export type { Violation } from './violation.js';
