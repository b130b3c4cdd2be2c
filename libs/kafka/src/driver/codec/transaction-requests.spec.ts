import { describe, expect, it } from '@jest/globals';
import { installed } from '../testing/stock.js';
import { createTransactionRequests } from './transaction-requests.js';

const requests = createTransactionRequests(installed as unknown as NodeJS.Require);
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('the last transaction of an id', () => {
  const { request, response } = requests.describeTransaction('id');
  const read = async (hex: string) => response.parse(await response.decode(bytes(hex)));

  it('is asked for', async () => {
    expect(request).toMatchObject({ apiKey: 65, apiVersion: 0 });
    expect((await request.encode()).buffer).toEqual(bytes('00 02 036964 00'));
  });

  it('is read with its state and producer, whatever it has written to', async () => {
    const state = Buffer.from('PrepareCommit').toString('hex');
    const times = '00007530 0000000000000001';
    const topics = '02 0274 03 00000000 00000001 00';
    const answer = `00 00000000 02 0000 036964 0e${state} ${times} 0000000000000209 0003 ${topics} 00 00`;
    const found = { errorCode: 0, state: 'PrepareCommit', producerId: '521', producerEpoch: 3 };
    expect(await read(answer)).toEqual([found]);
  });

  const failed = (code: string) =>
    `00 00000000 02 ${code} 036964 01 00000000 ffffffffffffffff ffffffffffffffff ffff 01 00 00`;

  it('is none where the id is not known', async () => {
    expect(await read(failed('0069'))).toEqual([]);
  });

  it('fails with the error of the coordinator', async () => {
    await expect(read(failed('0010'))).rejects.toMatchObject({ type: 'NOT_COORDINATOR_FOR_GROUP' });
  });
});

describe('producers with a transaction open in a partition', () => {
  const { request, response } = requests.describeProducers([{ topic: 't', partitions: [0, 5] }]);
  const read = async (hex: string) => response.parse(await response.decode(bytes(hex)));
  const producer = (id: string, firstOffset: string) =>
    `${id} 00000001 00000009 0000000000000001 00000002 ${firstOffset} 00`;
  const none = 'ffffffffffffffff';

  it('are asked for', async () => {
    expect(request).toMatchObject({ apiKey: 61, apiVersion: 0 });
    expect((await request.encode()).buffer).toEqual(bytes('00 02 0274 03 00000000 00000005 00 00'));
  });

  it('are told from those that have none', async () => {
    const active = `03 ${producer('0000000000000007', none)} ${producer('0000000000000208', '0000000000000000')}`;
    const answer = `00 00000000 02 0274 03 00000000 0000 00 ${active} 00 00000005 001d 00 01 00 00 00`;
    expect(await read(answer)).toEqual([
      {
        topic: 't',
        partitions: [
          { partition: 0, errorCode: 0, producers: ['520'] },
          { partition: 5, errorCode: 29, producers: [] },
        ],
      },
    ]);
  });

  it('cannot be told by a broker that does not lead the partition', async () => {
    const answer = '00 00000000 02 0274 02 00000000 0006 00 01 00 00 00';
    await expect(read(answer)).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
  });
});
