/** `/logging`: the level of the log, read and changed. One logger serves the whole process, so each name stands for it. */

import type { Level } from '../../../../cluster/model/event';
import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { integer, object, oneOf, optional, type Reader, required, text } from '../../api/read';
import { isFailure, notValid } from '../../api/violations';
import { type RestContext, readBody } from './context';

type LevelWord = keyof typeof LEVELS;

/** The words of the original. There is nothing below debug. */
const LEVELS = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
} as const satisfies Readonly<Record<string, Level>>;

interface LoggerChange {
  readonly level: LevelWord;
  readonly logger: string;
  readonly durationSeconds?: number | undefined;
}

export const readLoggerChange: Reader<LoggerChange> = object<LoggerChange>({
  level: required(oneOf('trace', 'debug', 'info', 'warn', 'error')),
  logger: required(text()),
  durationSeconds: optional(integer({ min: 0 })),
});

export function loggingRoutes(context: RestContext): Route[] {
  return [
    {
      path: '/logging',
      methods: {
        GET: handlerOf(context, () => ok({ ROOT: context.logLevel.level.toUpperCase() })),
        POST: handlerOf(context, (request) => change(context, request)),
      },
    },
  ];
}

function change({ logLevel }: RestContext, request: Request): Outcome {
  const body = readBody(request, readLoggerChange);
  if (isFailure(body)) return body;
  const { level, logger, durationSeconds } = body.value;
  if (logger === '') return notValid([{ path: '/logger', errors: ['must not be empty'] }]);
  logLevel.change(LEVELS[level], durationSeconds);
  return ok(body.value, body.headers);
}
