import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stock } from '../testing/stock.js';
import { groupByPartition } from './group-by-partition.js';

const stockGroup = stock<typeof groupByPartition>('kafkajs/src/producer/groupMessagesPerPartition.js');

const grouping = (messages: readonly { to: number }[], partitions: number) => ({
  topic: 't',
  partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({ partitionId })),
  messages,
  partitioner: ({ message }: { message: { to: number } }) => message.to % partitions,
});

describe('messages grouped by partition', () => {
  it('are in the groups and the order of kafkajs', () => {
    const messages = fc.array(fc.record({ to: fc.nat(20) }), { maxLength: 30 });
    fc.assert(
      fc.property(messages, fc.nat(5), (some, partitions) => {
        const given = grouping(some, partitions);
        return isDeepStrictEqual(groupByPartition(given), stockGroup(given));
      }),
      { numRuns: 500 },
    );
  });

  it('are the very messages that were given, asked for once each, with what the partitioner needs', () => {
    const messages = [{ to: 1 }, { to: 0 }, { to: 1 }];
    const asked: unknown[] = [];
    const given = grouping(messages, 2);
    const groups = groupByPartition({
      ...given,
      partitioner: (args) => {
        asked.push(args);
        return given.partitioner(args);
      },
    });
    expect(groups[1]?.[1]).toBe(messages[2]);
    const { topic, partitionMetadata } = given;
    expect(asked).toEqual(messages.map((message) => ({ topic, partitionMetadata, message })));
  });

  it('take linear time', () => {
    const messages = Array.from({ length: 50_000 }, () => ({ to: 0 }));
    expect(groupByPartition(grouping(messages, 1))[0]).toHaveLength(50_000);
  });
});
