/** A login event that breaks no rule. */
export const VALID = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  device_id: '593-47-5928',
  timestamp: 1694479551,
};

export const bytes = (event: object): Buffer => Buffer.from(JSON.stringify(event));

/** Events `from` to `to` (exclusive), numbered, spread over `keys` keys; every twentieth is invalid. */
export function numberedEvents(from: number, to: number, keys = 100): { key: string; value: Buffer }[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    const key = `user-${String(number % keys)}`;
    const event = { ...VALID, user_id: key, number };
    return { key, value: bytes(number % 20 === 0 ? { ...event, ip: '10.0.0.1' } : event) };
  });
}

/** The numbers of all events that a reader has collected. */
export const numbersIn = ({
  records,
}: {
  records: ReadonlyMap<string, readonly { value: Buffer | null }[]>;
}) => [...records.values()].flat().map(({ value }) => numberOf(value));

export const numberOf = (value: Buffer | null): number =>
  (JSON.parse(String(value)) as { number: number }).number;
