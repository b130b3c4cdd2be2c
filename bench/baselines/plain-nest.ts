// The same work with what Nest brings along: ServerKafka, ValidationPipe, ClientKafka. As most are written:
// what is emitted is not waited for, so a crash loses events, and offsets are committed by kafkajs.
import 'reflect-metadata';
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  Controller,
  Inject,
  Module,
  type RpcExceptionFilter,
  UseFilters,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientKafka,
  ClientsModule,
  Ctx,
  EventPattern,
  type KafkaContext,
  type KafkaOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { type LoginEventDto, loginEventDto } from '@pipeline/contracts';
import { type Observable, of } from 'rxjs';

const {
  BOOTSTRAP_SERVERS = '',
  INPUT_TOPIC = '',
  OUTPUT_TOPIC = '',
  DLQ_TOPIC = '',
  CONSUMER_GROUP = '',
} = process.env;
const CLIENT = 'kafka';
const connection = { clientId: 'plain-nest', brokers: BOOTSTRAP_SERVERS.split(',') };
const server: KafkaOptions = {
  transport: Transport.KAFKA,
  options: {
    client: connection,
    consumer: { groupId: CONSUMER_GROUP },
    // Else Nest appends a word to the group's name.
    postfixId: '',
    subscribe: { fromBeginning: true },
  },
};

// Writes only, else it would join the group too.
const client: KafkaOptions = {
  transport: Transport.KAFKA,
  options: { client: connection, producerOnlyMode: true },
};

@Catch(BadRequestException)
class DeadLetterFilter implements RpcExceptionFilter {
  constructor(@Inject(CLIENT) private readonly client: ClientKafka) {}

  catch(error: BadRequestException, host: ArgumentsHost): Observable<undefined> {
    const { key, value, headers } = host.switchToRpc().getContext<KafkaContext>().getMessage();
    this.client.emit(DLQ_TOPIC, { key, value, headers: { ...headers, 'dlq.error': error.message } });
    // Without a value Nest takes the event for failed.
    return of(undefined);
  }
}

@Controller()
class LoginController {
  constructor(@Inject(CLIENT) private readonly client: ClientKafka) {}

  @EventPattern(INPUT_TOPIC)
  @UseFilters(DeadLetterFilter)
  onLogin(
    @Payload(new ValidationPipe({ expectedType: loginEventDto({ minAppVersion: '2.0.0' }) }))
    payload: unknown,
    @Ctx() context: unknown,
  ): void {
    const event = payload as Pick<LoginEventDto, 'locale'>;
    const { key, headers } = (context as KafkaContext).getMessage();
    const locale = event.locale?.toLowerCase();
    const processed_at = new Date().toISOString();
    const value = { ...event, ...(locale !== undefined && { locale }), processed_at };
    this.client.emit(OUTPUT_TOPIC, { key, value, headers });
  }
}

@Module({
  imports: [ClientsModule.register([{ name: CLIENT, ...client }])],
  controllers: [LoginController],
  providers: [DeadLetterFilter],
})
class PlainModule {}

const app = await NestFactory.create(PlainModule);
app.useLogger(['error']);
app.connectMicroservice(server);
app.enableShutdownHooks();
await app.startAllMicroservices();
