import 'reflect-metadata';
import { createHttpApp, createLogger, listenHttp, loadConfigOrExit, runApplication } from '@pipeline/ops';
import { AppModule } from './app.module.js';
import { PRODUCER_CHECKS, PRODUCER_SETTINGS } from './config.js';
import { EventStream } from './generator/event-stream.js';
import { ProducerKafka } from './producer-kafka.js';

/** Reads the settings and runs the application. Ends the process with exit code 78 when a setting is wrong. */
export function bootstrap(): void {
  const { config, warnings } = loadConfigOrExit(PRODUCER_SETTINGS, PRODUCER_CHECKS);
  const logger = createLogger({ service: `${config.projectName}-producer`, level: config.level });
  for (const warning of warnings) logger.warn(warning);

  runApplication({
    logger,
    shutdownTimeoutMs: config.shutdownTimeout,
    start: async (signal) => {
      const app = await createHttpApp(AppModule.forConfig(config), {
        logger,
        api: {
          title: 'Login event producer',
          description: 'Health, metrics and control of the producer.',
          version: '0.1.0',
        },
      });
      const connection = app.get(ProducerKafka);
      signal.addEventListener('abort', () => void connection.probe.stop());
      await listenHttp(app, config);
      connection.probe.start();
      await connection.prepare(signal);
      if (!signal.aborted) app.get(EventStream).start();
      return app;
    },
  });
}
