import type { createRequire } from 'node:module';

/** What kafkajs' connections send, and how they read the answer. */
export interface Exchange<Answer> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<Encoder>;
  };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<Answer>;
    readonly parse: (answer: Answer) => Promise<Answer>;
  };
}

/** The part of kafkajs' encoder that is used here; each method returns the encoder. */
export interface Encoder {
  readonly buffer: Buffer;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: string | number): Encoder;
  writeBoolean(value: boolean): Encoder;
  writeUVarIntString(value: string | null): Encoder;
  writeUVarIntArray(items: readonly Encoder[]): Encoder;
  writeUVarInt(value: number): Encoder;
}

export interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[] | null;
  readTaggedFields(): unknown;
}

/** A request that kafkajs lacks, in a version with compact strings and tagged fields. */
interface Question<Answer> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly encode: (start: Encoder) => Encoder;
  readonly decode: (decoder: Decoder) => Answer;
  /** The code that the answer fails with; 0 where it is good. */
  readonly errorIn: (answer: Answer) => number;
}

export const NO_TAGS = 0;

/** How kafkajs writes and reads. @throws Error when the installed one has another shape */
export function exchanges(require: ReturnType<typeof createRequire>) {
  const protocol = 'kafkajs/src/protocol';
  const StockEncoder = require(`${protocol}/encoder.js`) as new () => Encoder;
  const StockDecoder = require(`${protocol}/decoder.js`) as new (bytes: Buffer) => Decoder;
  const { createErrorFromCode } = require(`${protocol}/error.js`) as {
    createErrorFromCode: (code: number) => Error;
  };
  return {
    encoder: () => new StockEncoder(),
    exchange: <Answer>(question: Question<Answer>): Exchange<Answer> => ({
      request: {
        apiKey: question.apiKey,
        apiVersion: question.apiVersion,
        apiName: question.apiName,
        // The header of the request ends with tags.
        encode: () => Promise.resolve(question.encode(new StockEncoder().writeUVarInt(NO_TAGS))),
      },
      response: {
        decode: (bytes) => {
          const decoder = new StockDecoder(bytes);
          decoder.readTaggedFields();
          return Promise.resolve(question.decode(decoder));
        },
        parse: (answer) => {
          const code = question.errorIn(answer);
          return code === 0 ? Promise.resolve(answer) : Promise.reject(createErrorFromCode(code));
        },
      },
    }),
  };
}
