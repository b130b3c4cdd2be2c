// Loaded into the consumer (node --import) to see that the oracle finds doubled events: with at-least-once they come
// from a kill between outputs and offset, which are so close together that few kills hit. Longer than looking events
// up takes, so that a kill at any time finds some partition in between.
import { setTimeout as delay } from 'node:timers/promises';
import { AtLeastOnceDelivery } from '@pipeline/kafka';

const COMMIT_DELAY_MS = 2_000;
const { prototype } = AtLeastOnceDelivery;
const deliver = prototype.deliver;

/** @type {typeof deliver} */
prototype.deliver = function (batch, records) {
  const commit = () => delay(COMMIT_DELAY_MS).then(() => batch.commit());
  return deliver.call(this, { ...batch, commit }, records);
};
