// Loaded into the consumer (node --import) to see that the oracle finds doubled events: with at-least-once they come
// from a death between outputs and offset, which are so close together that hardly a kill from outside hits. The first
// instance dies there, at its first outputs.
import { AtLeastOnceDelivery } from '@pipeline/kafka';

const { prototype } = AtLeastOnceDelivery;
const deliver = prototype.deliver;
const dies = process.env.PROJECT_NAME === 'instance-1';

/** @type {typeof deliver} */
prototype.deliver = function (batch, records) {
  const die = async () => void process.kill(process.pid, 'SIGKILL');
  const commit = dies && records.length > 0 ? die : () => batch.commit();
  return deliver.call(this, { ...batch, commit }, records);
};
