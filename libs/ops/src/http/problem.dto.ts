import { ApiProperty } from '@nestjs/swagger';

/** What every answer to a refused request holds. */
export class ProblemDto {
  @ApiProperty({ type: 'integer', example: 400 })
  statusCode!: number;

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    description: 'What is wrong; a list of every problem where there may be several.',
  })
  message!: string | string[];

  @ApiProperty({ example: 'Bad Request', required: false })
  error?: string;
}
