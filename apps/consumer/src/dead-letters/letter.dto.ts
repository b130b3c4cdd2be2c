import { ApiProperty } from '@nestjs/swagger';
import type { Violation } from '@pipeline/contracts';
import type { IndexState, LetterGroup, LetterPage, LetterReplay, LetterSummary } from './letter.js';
import type { LetterDetail, Shown, ShownHeader } from './letter-detail.js';

const TIME = { type: 'string', format: 'date-time', nullable: true } as const;
const NULLABLE_TEXT = { type: 'string', nullable: true } as const;
const ENCODINGS: Shown['encoding'][] = ['utf8', 'base64', 'integer'];

class BrokenRuleDto {
  @ApiProperty()
  field!: string;

  @ApiProperty()
  rule!: string;
}

class OriginDto {
  @ApiProperty()
  topic!: string;

  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: 'integer' })
  offset!: number;
}

export class LetterSummaryDto implements LetterSummary {
  @ApiProperty({ type: 'integer', description: 'Of the dead-letter topic' })
  partition!: number;

  @ApiProperty({ type: 'integer' })
  offset!: number;

  @ApiProperty(TIME)
  failedAt!: string | null;

  @ApiProperty({ description: 'Empty where another program wrote the record' })
  reason!: string;

  @ApiProperty({ type: [BrokenRuleDto] })
  rules!: BrokenRuleDto[];

  @ApiProperty({ type: OriginDto, nullable: true, description: 'Where it was read from in its first life' })
  origin!: OriginDto | null;

  @ApiProperty({ type: 'integer', description: 'How often it had been replayed before it died again' })
  replayCount!: number;

  @ApiProperty({ description: 'It has been replayed since' })
  replayed!: boolean;

  @ApiProperty({ description: 'It has been written to the parking topic' })
  parked!: boolean;
}

class IndexStateDto implements IndexState {
  @ApiProperty({ enum: ['building', 'ready'] })
  state!: IndexState['state'];

  @ApiProperty({ type: 'integer', description: 'Letters that can be found' })
  indexed!: number;

  @ApiProperty({ type: 'integer', description: 'Letters to be found when it is ready' })
  total!: number;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'Why the topic cannot be read now' })
  problem!: string | null;
}

/** What GET /admin/dead-letters answers, newest first. */
export class LetterPageDto implements LetterPage {
  @ApiProperty({ type: [LetterSummaryDto] })
  items!: LetterSummaryDto[];

  @ApiProperty({ ...NULLABLE_TEXT, description: 'Asks for the next page; null at the end' })
  nextCursor!: string | null;

  @ApiProperty()
  index!: IndexStateDto;
}

export class LetterGroupDto implements LetterGroup {
  @ApiProperty()
  reason!: string;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'A letter that breaks several rules is counted in each' })
  rule!: string | null;

  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty(TIME)
  firstAt!: string | null;

  @ApiProperty(TIME)
  lastAt!: string | null;
}

class ViolationDto implements Violation {
  @ApiProperty()
  field!: string;

  @ApiProperty()
  rule!: string;

  @ApiProperty()
  message!: string;
}

class ShownHeaderDto implements ShownHeader {
  @ApiProperty()
  name!: string;

  @ApiProperty(NULLABLE_TEXT)
  text!: string | null;

  @ApiProperty({ enum: ENCODINGS })
  encoding!: Shown['encoding'];
}

class LetterReplayDto implements LetterReplay {
  @ApiProperty({ description: 'The id of the operation' })
  operation!: string;

  @ApiProperty({ type: 'string', format: 'date-time' })
  at!: string;

  @ApiProperty({ enum: ['replayed', 'parked'] })
  outcome!: LetterReplay['outcome'];
}

export class LetterDetailDto extends LetterSummaryDto implements LetterDetail {
  @ApiProperty({ ...TIME, description: 'Of the record' })
  timestamp!: string | null;

  @ApiProperty(NULLABLE_TEXT)
  key!: string | null;

  @ApiProperty({ enum: ENCODINGS })
  keyEncoding!: Shown['encoding'];

  @ApiProperty(NULLABLE_TEXT)
  value!: string | null;

  @ApiProperty({ enum: ENCODINGS })
  valueEncoding!: Shown['encoding'];

  @ApiProperty({ type: [ShownHeaderDto] })
  headers!: ShownHeaderDto[];

  @ApiProperty({ type: [ViolationDto] })
  violations!: ViolationDto[];

  @ApiProperty({ type: 'integer', nullable: true, description: 'Calls of the handler in its last life' })
  attempts!: number | null;

  @ApiProperty({ type: [LetterReplayDto], description: 'Since it died, the first time first' })
  replays!: LetterReplayDto[];

  @ApiProperty({ description: 'Personal data is left out: the role may not see it' })
  masked!: boolean;
}
