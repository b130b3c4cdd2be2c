import { describe, expect, it } from '@jest/globals';
import type { Message, PartitionMetadata } from 'kafkajs';
import { header, outgoingRecord } from '../testing/records.js';
import { choosePartition, createPartitioner, toTopicMessages } from './messages.js';
import { partitionOfKey } from './partitioner.js';

const key = Buffer.from('foobar');

describe('the partition of a record', () => {
  it('follows from its key', () => {
    const record = outgoingRecord({ partitionBy: 'key', key, sourcePartition: 3 });
    expect(choosePartition(record, 10)).toBe(partitionOfKey(key, 10));
  });

  it('follows from an empty key as from any other', () => {
    const record = outgoingRecord({ partitionBy: 'key', key: Buffer.alloc(0), sourcePartition: 3 });
    expect(choosePartition(record, 1000)).toBe(681);
  });

  it.each([
    [0, 3, 0],
    [2, 3, 2],
    [3, 3, 0],
    [7, 1, 0],
  ])('without a key is that of its input, %i, modulo %i', (sourcePartition, count, partition) => {
    const record = outgoingRecord({ partitionBy: 'key', key: null, sourcePartition });
    expect(choosePartition(record, count)).toBe(partition);
  });

  it('is that of its input where the key shall not count', () => {
    expect(choosePartition(outgoingRecord({ partitionBy: 'source', key, sourcePartition: 5 }), 4)).toBe(1);
  });
});

describe('what kafkajs is given', () => {
  it('is one list of messages a topic, in the order of the records', () => {
    const records = ['a', 'b', 'a', 'a'].map((topic, index) =>
      outgoingRecord({ topic, value: Buffer.from(String(index)), headers: [header(`h${index}`)] }),
    );
    const topicMessages = toTopicMessages(records);
    expect(
      topicMessages.map(({ topic, messages }) => [topic, messages.map(({ value }) => String(value))]),
    ).toEqual([
      ['a', ['0', '2', '3']],
      ['b', ['1']],
    ]);
    expect(topicMessages[1]?.messages[0]?.headers).toEqual([header('h1')]);
  });

  it('is nothing for no records', () => expect(toTopicMessages([])).toEqual([]));
});

describe('the partitioner', () => {
  const partitions = (count: number) => Array.from({ length: count }, () => ({}) as PartitionMetadata);

  it('leaves a message where it was first put, also when its topic has grown', () => {
    const [list] = toTopicMessages([outgoingRecord({ sourcePartition: 5 })]);
    const message = list?.messages[0] as Message;
    const choose = createPartitioner();
    expect(choose({ topic: 'out', partitionMetadata: partitions(3), message })).toBe(2);
    expect(choose({ topic: 'out', partitionMetadata: partitions(6), message })).toBe(2);
    expect(createPartitioner()({ topic: 'out', partitionMetadata: partitions(6), message })).toBe(2);
  });
});
