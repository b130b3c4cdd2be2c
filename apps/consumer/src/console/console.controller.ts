import { join } from 'node:path';
import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { readConsoleFiles, type ConsoleFile } from './console-files.js';

/** apps/console/dist, seen from here both as source and built. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'console', 'dist');
const INDEX = 'index.html';
const KEEP_FOR_EVER = 'public, max-age=31536000, immutable';

/** Serves the web console. It holds no secret: what it shows it asks /admin for. */
@ApiExcludeController()
@Controller('console')
export class ConsoleController {
  private files: ReadonlyMap<string, ConsoleFile> | undefined;

  @Get()
  index(@Req() request: Request, @Res() response: Response): void {
    this.serve(INDEX, request, response);
  }

  @Get('*path')
  file(@Param('path') path: string | string[], @Req() request: Request, @Res() response: Response): void {
    this.serve(typeof path === 'string' ? path : path.join('/'), request, response);
  }

  private serve(path: string, request: Request, response: Response): void {
    // At the first request: the start need not wait for it.
    this.files ??= readConsoleFiles(FOLDER);
    if (this.files.size === 0) throw new NotFoundException('The console is not built: run npm run build');
    const file = this.files.get(path);
    if (!file) throw new NotFoundException('The console has no such file');
    const gzip = request.acceptsEncodings('gzip') !== false;
    response
      .set({
        'Content-Type': file.type,
        'Cache-Control': file.isHashed ? KEEP_FOR_EVER : 'no-cache',
        Vary: 'Accept-Encoding',
        ...(gzip && { 'Content-Encoding': 'gzip' }),
      })
      .send(gzip ? file.gzipped : file.body);
  }
}
