import { ApiProperty } from '@nestjs/swagger';

/** The media type of a problem. */
export const PROBLEM_TYPE = 'application/problem+json';

/** What every answer to a refused request holds (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Every problem by itself, where there may be several. */
  readonly errors?: string[];
}

/** The same, described. */
export class ProblemDto implements Problem {
  @ApiProperty({ example: 'about:blank', description: 'The problem is what its status says' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'What is wrong' })
  detail!: string;

  @ApiProperty({
    type: [String],
    required: false,
    description: 'Every problem by itself, where there may be several',
  })
  errors?: string[];
}
