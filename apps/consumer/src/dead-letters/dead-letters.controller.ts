import { Readable } from 'node:stream';
import { Body, Get, HttpCode, NotFoundException, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import {
  AdminController,
  ApiProblem,
  Audited,
  CurrentActor,
  isAllowed,
  RequiresRole,
  type Actor,
} from '@pipeline/ops';
import { exportLetters } from './export-letters.js';
import type { IndexState, LetterGroup, LetterPage } from './letter.js';
import { LetterDetailDto, LetterGroupDto, LetterPageDto } from './letter.dto.js';
import { toDetail, type LetterDetail } from './letter-detail.js';
import {
  LetterFilterDto,
  LetterPositionDto,
  LetterQueryDto,
  LetterSearchDto,
  toFilter,
} from './letter-filter.dto.js';
import { Letters } from './letters.js';

type IndexedPage = LetterPage & { readonly index: IndexState };

const DEFAULT_LIMIT = 50;

const UNAVAILABLE = 'Kafka does not answer, or too many ask at once.';

/** What is in the dead-letter topic. Viewers see it without personal data. */
@AdminController('dead-letters')
@ApiProblem(503, UNAVAILABLE)
export class DeadLettersController {
  constructor(private readonly letters: Letters) {}

  @Get()
  @RequiresRole('viewer')
  @ApiOkResponse({ type: LetterPageDto, description: 'Dead letters, newest first.' })
  async list(@Query() query: LetterQueryDto): Promise<IndexedPage> {
    const page = await this.letters.ask('list', toFilter(query), pageOf(query));
    return { ...page, index: await this.letters.ask('state') };
  }

  @Get('groups')
  @RequiresRole('viewer')
  @ApiOkResponse({
    type: [LetterGroupDto],
    description: 'Dead letters by reason and rule, most frequent first.',
  })
  groups(@Query() query: LetterFilterDto): Promise<readonly LetterGroup[]> {
    return this.letters.ask('groups', toFilter(query));
  }

  @Get('export')
  @RequiresRole('viewer')
  @ApiOkResponse({
    description: 'Every dead letter that matches, newest first, one JSON object for each line.',
    content: { 'application/x-ndjson': { schema: { type: 'string' } } },
  })
  async export(@Query() query: LetterFilterDto, @CurrentActor() actor: Actor): Promise<StreamableFile> {
    await this.letters.ready();
    const lines = exportLetters(this.letters, toFilter(query), isMaskedFor(actor));
    // What fails here can still be told: afterwards the answer has begun.
    const first = await lines.next();
    // Node.js would else read 16 parts ahead of whoever takes them slowly.
    const parts = Readable.from(startingWith(first, lines), { highWaterMark: 1 });
    return new StreamableFile(parts, {
      type: 'application/x-ndjson',
      disposition: 'attachment; filename="dead-letters.ndjson"',
    });
  }

  @Post('search')
  @RequiresRole('operator')
  @Audited('search dead letters')
  @ApiBody({ type: LetterSearchDto, required: false })
  @HttpCode(200)
  @ApiOkResponse({
    type: LetterPageDto,
    description: 'Dead letters by key or text. A page may have fewer than the limit, also none, and go on.',
  })
  async search(@Body() search: LetterSearchDto = new LetterSearchDto()): Promise<IndexedPage> {
    const wanted = { key: search.key ?? undefined, text: search.text ?? undefined };
    const page = await this.letters.ask('search', toFilter(search), { ...pageOf(search), ...wanted });
    return { ...page, index: await this.letters.ask('state') };
  }

  @Get(':partition/:offset')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: LetterDetailDto, description: 'One dead letter.' })
  @ApiProblem(404, 'There is no such letter, or no longer.')
  async detail(@Param() position: LetterPositionDto, @CurrentActor() actor: Actor): Promise<LetterDetail> {
    const [letter] = (await this.letters.ask('records', [position])).letters;
    if (!letter) throw new NotFoundException('There is no such dead letter, or no longer');
    const known = {
      summary: await this.letters.ask('get', position),
      replays: await this.letters.ask('replays', position),
    };
    return toDetail(letter, known, isMaskedFor(actor));
  }
}

async function* startingWith(first: IteratorResult<string>, others: AsyncGenerator<string>) {
  if (first.done) return;
  yield first.value;
  yield* others;
}

const isMaskedFor = (actor: Actor): boolean => !isAllowed(actor, 'operator');

const pageOf = ({ limit, cursor }: LetterQueryDto) => ({
  limit: limit ?? DEFAULT_LIMIT,
  cursor: cursor ?? undefined,
});
