import type * as KafkaJs from 'kafkajs';
import { installBrokerPool } from './broker-pool.js';
import { installBatchEnd } from './codec/batch-end.js';
import { installCompression } from './codec/compression.js';
import { installCodec } from './codec/install-codec.js';
import { orStock } from './codec/replace-module.js';
import { installConnection } from './connection.js';
import { installFetchManager } from './fetch-manager.js';
import { installGroupGeneration } from './group-generation.js';
import { installGroupTransactions } from './group-transactions.js';
import { installKnownCoordinators } from './known-coordinators.js';
import { installLostMarkers } from './lost-markers.js';
import { installMemberId } from './member-id.js';
import { installOffsetOutOfRange } from './offset-out-of-range.js';
import { installReauthentication } from './reauthentication.js';
import { installRequestQueue } from './request-queue.js';
import { installSendMessages } from './send-messages.js';
import { installSilentBrokers } from './silent-brokers.js';

// The runtime's own require, also where a test runner puts its own in the place of node:module: internals
// of kafkajs can be replaced only in the real module cache.
const { createRequire } = process.getBuiltinModule('node:module');
const require = createRequire(import.meta.url);

installCodec(require);
installReauthentication(require);
installBatchEnd(require);
installBrokerPool(require);
installConnection(require);
orStock('a timer is set after every answer', () => installRequestQueue(require));
installSendMessages(require);
installSilentBrokers(require);
installMemberId(require);
installFetchManager(require);
installKnownCoordinators(require);
installGroupGeneration(require);
installGroupTransactions(require);
installLostMarkers(require);
installOffsetOutOfRange(require);

/** kafkajs, loaded once, with our codec inside. Everything in driver/ takes it from here. */
export const kafkajs = require('kafkajs') as typeof KafkaJs;
installCompression(kafkajs, require);
