/** `/logging`: the level of the log, read and changed. One logger serves the whole process, so each name stands for it. */

import type { Level } from '../../../../cluster/model/event';
import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { type LevelWord, readLoggerChange } from '../../api/small-bodies';
import { isFailure, notValid } from '../../api/violations';
import { type RestContext, readBody } from './context';

/** The words of the original. There is nothing below debug. */
const LEVELS = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
} as const satisfies Readonly<Record<LevelWord, Level>>;

export function loggingRoutes(context: RestContext): Route[] {
  return [
    {
      path: '/logging',
      methods: {
        GET: handlerOf(context, (request) => {
          context.rights(request).demand('view', { kind: 'config' });
          return ok({ ROOT: context.logLevel.level.toUpperCase() });
        }),
        POST: handlerOf(context, (request) => change(context, request)),
      },
    },
  ];
}

function change({ logLevel, rights }: RestContext, request: Request): Outcome {
  rights(request).demand('update', { kind: 'config' });
  const body = readBody(request, readLoggerChange);
  if (isFailure(body)) return body;
  const { level, logger, durationSeconds } = body.value;
  if (logger === '') return notValid([{ path: '/logger', errors: ['must not be empty'] }]);
  logLevel.change(LEVELS[level], durationSeconds);
  return ok(body.value, body.headers);
}
