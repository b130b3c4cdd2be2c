/** Where fields stand in a record batch: https://kafka.apache.org/documentation/#recordbatch */
export const LENGTH_AT = 8;
/** The length counts the bytes from here on. */
export const LENGTH_END = 12;
export const MAGIC_AT = 16;
export const CHECKSUM_AT = 17;
/** The checksum covers the bytes from here on. */
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const FIRST_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const COUNT_AT = 57;
export const RECORDS_AT = 61;

/** The format's number, since Kafka 0.11. */
export const MAGIC = 2;

/** Bits of the attributes. */
export const APPEND_TIME = 0x08;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;
