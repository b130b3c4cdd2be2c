import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ADMIN_ACCESS, type AdminAccess } from '../auth/admin-access.js';
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
  const describe = () => {
    const document = SwaggerModule.createDocument(app, config);
    const { auth } = app.get<AdminAccess>(ADMIN_ACCESS, { strict: false });
    return auth === 'none' ? withoutTokens(document) : document;
  };
  SwaggerModule.setup('docs', app, describe, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
}

/** Where no token is asked for, none is described. */
function withoutTokens(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.delete]) delete operation?.security;
  }
  return document;
}
