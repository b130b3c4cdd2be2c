import { ApiPropertyOptional } from '@nestjs/swagger';
import { PauseCommandDto, ResumeCommandDto } from '@pipeline/ops';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsOptional,
  Max,
  Min,
} from 'class-validator';

const MOST = 1_000;
const LARGEST = 99_999;

/** Validates and describes a list of numbers of partitions. */
function Partitions(): PropertyDecorator {
  const decorators = [
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'integer', minimum: 0, maximum: LARGEST },
      minItems: 1,
      maxItems: MOST,
      uniqueItems: true,
      nullable: true,
      example: [0, 3],
      description:
        'Partitions of the input topic, and those of its retry topics with the same numbers; all when left out.',
    }),
    IsOptional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MOST),
    ArrayUnique(),
    IsInt({ each: true }),
    Min(0, { each: true }),
    Max(LARGEST, { each: true }),
  ];
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}

/** The optional body of POST /admin/pause. */
export class PausePartitionsDto extends PauseCommandDto {
  @Partitions()
  partitions?: number[] | null;
}

/** The optional body of POST /admin/resume. */
export class ResumePartitionsDto extends ResumeCommandDto {
  @Partitions()
  partitions?: number[] | null;
}
