import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ADMIN_TOKEN_SCHEME } from '../auth/admin-controller.decorator.js';

/**
 * What the API's description says of the service.
 *
 * @publicApi
 */
export interface ApiDescription {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Serves GET /openapi.json and, for reading and trying out, GET /docs. */
export function serveApiDocs(app: INestApplication, { title, description, version }: ApiDescription): void {
  const config = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'One of ADMIN_TOKENS' }, ADMIN_TOKEN_SCHEME)
    .build();
  // Made at the first request: the start need not wait for it.
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
}
