import { Logger, Module, type DynamicModule } from '@nestjs/common';
import {
  AtLeastOnceDelivery,
  Circuits,
  CommittedOffsets,
  connect,
  ExactlyOnceDelivery,
  FloodWatch,
  KafkaBatchServer,
  ownTopics,
  RecordProducer,
  ReplayKeys,
  RETRY_OPTIONS,
  retryTopics,
  TopicLimits,
  topicSpecs,
  TransactionalProducer,
  TransportEvents,
  type Delivery,
  type Kafka,
} from '@pipeline/kafka';
import { adminAccess, AuthModule, HealthModule, MetricsModule } from '@pipeline/ops';
import { ConsumerAdminController } from './admin/admin.controller.js';
import { PauseControl } from './admin/pause-control.js';
import { AUDIT_LOG_OPTIONS, AuditLog, type AuditLogOptions } from './audit/audit-log.js';
import { AuditController } from './audit/audit.controller.js';
import type { ConsumerConfig } from './config.js';
import { ConsoleController } from './console/console.controller.js';
import { ControlLog, type ControlLogOptions } from './control/control-log.js';
import { ControlState } from './control/control-state.js';
import { healthProbes } from './health-probes.js';
import { KAFKA } from './kafka-connection.js';
import { LoginProcessor } from './login/login-processor.js';
import { LOGIN, LoginController } from './login/login.controller.js';
import { loginSteps } from './login/steps/login-steps.js';
import { StepRunner } from './login/steps/step-runner.js';
import { OperationsModule } from './operations/operations.module.js';
import { operationsOptions } from './operations/operation-settings.js';
import { OperationsLog } from './operations/operations-log.js';
import { OperationsState } from './operations/operations-state.js';
import { RunTimeModule } from './run-time/run-time.module.js';
import { encodeInstance, THIS_INSTANCE } from './run-time/this-instance.js';
import { Telemetry } from './telemetry.js';

/** The transport, its events, and the interceptors around the handlers. */
@Module({})
class TransportModule {
  static forConfig(config: ConsumerConfig): DynamicModule {
    const events = new TransportEvents();
    const limits = new TopicLimits();
    const driverLog = new Logger('kafkajs');
    const securityLog = new Logger('Kafka');
    const kafka = connect(config, {
      clientId: `${config.projectName}-consumer`,
      onDriverLog: ({ namespace, message }) => driverLog.debug(`${namespace}: ${message}`),
      onSecurityNotice: (level, notice) => securityLog[level](notice),
    });
    const delivery = createDelivery(config, kafka, limits, events);
    const commands = new ControlState();
    const control = new ControlLog(kafka, controlOptions(config), commands);
    const replays = new ReplayKeys(config.consumerGroup);
    const operations = new OperationsState();
    const operationsLog = new OperationsLog(kafka, operationsOptions(config), operations, replays, limits);
    const options = {
      ...transportOptions(config),
      memberData: encodeInstance(THIS_INSTANCE),
      replays,
      beforeJoining: async (signal: AbortSignal) => {
        await control.ready(signal);
        await operationsLog.known(OPERATIONS_WAIT_MS, signal);
      },
    };
    const server = new KafkaBatchServer(kafka, options, delivery, limits, events);
    const retry = {
      limit: config.retryLimit,
      initialDelayMs: config.retryInitialDelay,
      maxDelayMs: config.retryMaxDelay,
    };
    const circuits = new Circuits(
      {
        failureRatio: config.circuitRatio,
        minimumCalls: config.circuitCalls,
        windowMs: config.circuitWindow,
        trialAfterMs: config.circuitTrialAfter,
      },
      server,
      events,
    );
    const flood = new FloodWatch({ ratio: config.floodRatio }, events);
    if (config.floodAction === 'pause') events.on('flood', () => server.hold('flood'));
    const providers = [
      { provide: TopicLimits, useValue: limits },
      { provide: ReplayKeys, useValue: replays },
      { provide: OperationsState, useValue: operations },
      { provide: OperationsLog, useValue: operationsLog },
      { provide: TransportEvents, useValue: events },
      { provide: Circuits, useValue: circuits },
      { provide: FloodWatch, useValue: flood },
      { provide: ControlState, useValue: commands },
      { provide: ControlLog, useValue: control },
      { provide: KAFKA, useValue: kafka },
      { provide: AUDIT_LOG_OPTIONS, useValue: auditOptions(config, kafka) },
      { provide: KafkaBatchServer, useValue: server },
      { provide: RETRY_OPTIONS, useValue: retry },
    ];
    return { module: TransportModule, global: true, providers, exports: providers };
  }
}

/** The wiring diagram of the consumer. */
@Module({})
export class AppModule {
  static forConfig(config: ConsumerConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TransportModule.forConfig(config),
        MetricsModule.forApp('consumer'),
        HealthModule.register({
          inject: [KafkaBatchServer, Circuits, ControlLog],
          useFactory: (server: KafkaBatchServer, circuits: Circuits, control: ControlLog) =>
            healthProbes(server, config.stallTimeout, circuits, control),
        }),
        AuthModule.register(adminAccess(config)),
        RunTimeModule.forConfig(config),
        OperationsModule.forConfig(config),
      ],
      controllers: [LoginController, ConsumerAdminController, AuditController, ConsoleController],
      providers: [
        { provide: LoginProcessor, useFactory: () => new LoginProcessor(config) },
        {
          provide: StepRunner,
          inject: [Circuits],
          useFactory: (circuits: Circuits) =>
            new StepRunner(loginSteps(config), (name) => circuits.add(name), config.eventTimeout),
        },
        PauseControl,
        AuditLog,
        Telemetry,
      ],
    };
  }
}

function createDelivery(
  config: ConsumerConfig,
  kafka: Kafka,
  limits: TopicLimits,
  events: TransportEvents,
): Delivery {
  const { consumerGroup: groupId, sessionTimeout, socketTimeout, compression } = config;
  if (config.deliveryGuarantee === 'at-least-once') {
    return new AtLeastOnceDelivery(new RecordProducer(kafka, socketTimeout, compression), limits);
  }
  const { output, deadLetter, retries } = routeOf(config);
  const openProducer = (position: { topic: string; partition: number }) =>
    TransactionalProducer.open(kafka, {
      // No topic name has a slash, so no two partitions of any two groups share an id.
      transactionalId: `${groupId}/${position.topic}/${position.partition}`,
      groupId,
      position,
      topics: [output, deadLetter, ...retries.map(({ topic }) => topic)],
      onLostMarkers: (lost) => events.emit('lost-markers', lost),
      // Who holds a batch for longer has lost the partition anyway.
      transactionTimeoutMs: Math.min(sessionTimeout, MAX_TRANSACTION_MS),
      requestTimeoutMs: socketTimeout,
      compression,
    });
  return new ExactlyOnceDelivery(openProducer, new CommittedOffsets(kafka, groupId), limits, events);
}

/** Without the keys there, events that were replayed and die again are not known as such: that is worth no outage. */
const OPERATIONS_WAIT_MS = 5_000;

/** What brokers allow by default (transaction.max.timeout.ms). */
const MAX_TRANSACTION_MS = 900_000;

function controlOptions(config: ConsumerConfig): ControlLogOptions {
  const topic = ownTopics(config).control;
  return {
    topic,
    group: config.consumerGroup,
    spec: topicSpecs(config).find((one) => one.topic === topic),
    secret: config.controlSecret,
    socketTimeoutMs: config.socketTimeout,
  };
}

const auditOptions = (config: ConsumerConfig, kafka: Kafka): AuditLogOptions => ({
  kafka,
  topic: ownTopics(config).audit,
  secret: config.controlSecret,
  socketTimeoutMs: config.socketTimeout,
});

const routeOf = (config: ConsumerConfig) => ({
  input: config.inputTopic,
  output: config.outputTopic,
  deadLetter: config.dlqTopic,
  retries: retryTopics(config.inputTopic, config.retryDelays),
});

const transportOptions = (config: ConsumerConfig) => ({
  groupId: config.consumerGroup,
  routes: { [LOGIN]: routeOf(config) },
  createTopics: topicSpecs(config),
  fromBeginning: config.autoOffsetReset === 'earliest',
  resetLostPositions: config.offsetOutOfRange === 'reset',
  lingerMs: config.batchLinger,
  sessionTimeoutMs: config.sessionTimeout,
  heartbeatIntervalMs: config.heartbeatInterval,
  fetchMaxBytes: config.fetchMaxBytes,
  partitionFetchBytes: config.partitionFetchBytes,
  concurrentPartitions: config.concurrentPartitions,
  concurrency: config.workerPoolSize,
  batchBudgetMs: config.batchBudget,
  eventTimeoutMs: config.eventTimeout,
  shutdownTimeoutMs: config.shutdownTimeout,
});
