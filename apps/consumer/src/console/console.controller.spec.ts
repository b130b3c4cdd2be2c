import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ConsoleController } from './console.controller.js';

let app: NestExpressApplication;
let http: ReturnType<typeof request>;
beforeAll(async () => {
  const module = await Test.createTestingModule({ controllers: [ConsoleController] }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  await app.init();
  http = request(app.getHttpServer());
});
afterAll(() => app.close());

/** The addresses that the page names. */
const linksOf = (html: string) => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);

describe('/console', () => {
  it('answers with the page, which is asked for anew each time', async () => {
    for (const path of ['/console', '/console/', '/console/index.html']) {
      const { headers, text } = await http.get(path).expect(200);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
      });
      expect(text).toContain('<div id="app">');
      await http.get(path).set('if-none-match', String(headers['etag'])).expect(304);
    }
  });

  it('has every file of the page, in its type, kept for ever where its name has a hash', async () => {
    const { text } = await http.get('/console');
    const links = linksOf(text);
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) {
      const { headers } = await http.get(link).expect(200);
      const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[
        link.split('.').pop() ?? ''
      ];
      expect(headers['content-type']).toMatch(type ?? 'one of these types');
      expect(headers['cache-control']).toBe(
        link.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    }
  });

  it('brings nothing inline and nothing from elsewhere', async () => {
    const { text } = await http.get('/console');
    expect(text).not.toMatch(/<style|style="|\son\w+="|<script(?![^>]*\bsrc=)/);
    for (const link of linksOf(text)) expect(link).toMatch(/^\/console\//);
  });

  it('compresses only for who takes it', async () => {
    const small = await http.get('/console').set('accept-encoding', 'gzip').expect(200);
    expect(small.headers['content-encoding']).toBe('gzip');
    const large = await http.get('/console').set('accept-encoding', 'identity').expect(200);
    expect(large.headers).not.toHaveProperty('content-encoding');
    expect(large.text).toBe(small.text);
  });

  it.each([
    'nothing.js',
    'assets',
    'assets/',
    '..%2fpackage.json',
    '%2e%2e/package.json',
    'assets/..%2f..%2fpackage.json',
    '..%5cpackage.json',
    'assets/%00',
    '/etc/passwd',
    '__proto__',
  ])('has nothing at %s', async (path) => {
    await http.get(`/console/${path}`).expect(404);
  });
});
