import 'reflect-metadata';
import { KafkaBatchServer, TransportEvents } from '@pipeline/kafka';
import { createHttpApp, createLogger, listenHttp, loadConfigOrExit, runApplication } from '@pipeline/ops';
import { AppModule } from './app.module.js';
import { VERSION } from './run-time/this-instance.js';
import { CONSUMER_CHECKS, CONSUMER_SETTINGS } from './config.js';

/** Reads the settings and runs the application. Ends the process with exit code 78 when a setting is wrong. */
export function bootstrap(): void {
  const { config, warnings } = loadConfigOrExit(CONSUMER_SETTINGS, CONSUMER_CHECKS);
  const logger = createLogger({ service: `${config.projectName}-consumer`, level: config.level });
  for (const warning of warnings) logger.warn(warning);

  runApplication({
    logger,
    shutdownTimeoutMs: config.shutdownTimeout,
    start: async () => {
      const app = await createHttpApp(AppModule.forConfig(config), {
        logger,
        api: {
          title: 'Login event consumer',
          description: 'Health, metrics and control of one consumer instance.',
          version: VERSION,
        },
      });
      app.connectMicroservice({ strategy: app.get(KafkaBatchServer) });
      app.get(TransportEvents).once('fatal', ({ error }) => {
        // Nothing is tried any more; whoever supervises this process starts it again.
        logger.error(`the consumer is dead for good: ${error.name}: ${error.message}`);
        process.exit(1);
      });
      // HTTP first: live answers while a broker is waited for.
      await listenHttp(app, config);
      await app.startAllMicroservices();
      return app;
    },
  });
}
