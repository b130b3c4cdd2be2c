import { BadRequestException, Body, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { AdminController, Audited, RequiresRole, ResumeCommandDto } from '@pipeline/ops';
import { IsInt, Max, Min } from 'class-validator';
import { EventStream } from '../generator/event-stream.js';

class RateDto {
  @ApiProperty({ type: 'integer', description: 'Events per second.', minimum: 1, maximum: 1_000_000 })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  rate!: number;
}

type StreamStatus = ReturnType<EventStream['status']>;

class StreamStatusDto implements StreamStatus {
  @ApiProperty()
  paused!: boolean;

  @ApiProperty({ description: 'Events per second.' })
  rate!: number;

  @ApiProperty({ type: 'integer', description: 'Events that are written and acknowledged.' })
  sent!: number;

  @ApiProperty({ description: 'All of PRODUCER_COUNT are written.' })
  finished!: boolean;
}

@AdminController()
export class ProducerAdminController {
  constructor(private readonly stream: EventStream) {}

  @Post('pause')
  @RequiresRole('operator')
  @HttpCode(200)
  @ApiBody({ type: ResumeCommandDto, required: false })
  @ApiOkResponse({ type: StreamStatusDto, description: 'Writes no further events. The new state.' })
  pause(@Body() command: ResumeCommandDto = new ResumeCommandDto()): StreamStatus {
    refuseGroup(command);
    this.stream.setPaused(true);
    return this.stream.status();
  }

  @Post('resume')
  @RequiresRole('operator')
  @HttpCode(200)
  @ApiBody({ type: ResumeCommandDto, required: false })
  @ApiOkResponse({ type: StreamStatusDto, description: 'Writes events again. The new state.' })
  resume(@Body() command: ResumeCommandDto = new ResumeCommandDto()): StreamStatus {
    refuseGroup(command);
    this.stream.setPaused(false);
    return this.stream.status();
  }

  @Put('rate')
  @RequiresRole('operator')
  @Audited('rate', ({ body }) => ({ rate: body['rate'] }))
  @ApiOkResponse({ type: StreamStatusDto, description: 'The new state.' })
  setRate(@Body() { rate }: RateDto): StreamStatus {
    this.stream.setRate(rate);
    return this.stream.status();
  }

  @Get('status')
  @RequiresRole('viewer')
  @ApiOkResponse({ type: StreamStatusDto })
  status(): StreamStatus {
    return this.stream.status();
  }
}

/** Producers form no group. */
function refuseGroup({ scope }: ResumeCommandDto): void {
  if (scope === 'group') throw new BadRequestException(['scope must be instance']);
}
