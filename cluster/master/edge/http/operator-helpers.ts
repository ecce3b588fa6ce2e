/**
 * Calls of the operator API about the process instead of the cluster: logging and files.
 */

import type { Call, Response } from '../../../api/generated/master';
import { encodeBody, type MediaType } from '../../../api/media-type';
import { listFiles, readFile } from '../../../runtime/files/v1-files';
import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import { mayCall } from '../../core/authorize/operator';
import { FORBIDDEN, type OperatorContext } from './operator-door';

/** A response, undefined for 200 without a body, or a refusal. */
export type HelperAnswer = Response | undefined | { readonly status: number; readonly text: string };
/** Answers a call without the core. */
export type Helper = (
  door: OperatorContext,
  request: Request,
  call: Call,
) => HelperAnswer | Promise<HelperAnswer>;

export const HELPERS: Partial<Record<Call.Type, Helper>> = {
  GET_LOGGING_LEVEL: ({ verbosity }) => ({
    type: 'GET_LOGGING_LEVEL',
    get_logging_level: { level: verbosity.level },
  }),
  SET_LOGGING_LEVEL: (door, request, call) => {
    if (!door.read((state) => mayCall(state, principalOf(request), call)))
      return { status: 403, text: FORBIDDEN };
    const { level = 0, duration } = call.set_logging_level ?? {};
    door.verbosity.set(level, Number(duration?.nanoseconds ?? 0) / 1e6);
    return undefined;
  },
  LIST_FILES: async ({ files }, request, call) => {
    const listed = await listFiles(files, call.list_files?.path, principalOf(request));
    return 'status' in listed ? listed : { type: 'LIST_FILES', list_files: listed };
  },
  READ_FILE: async ({ files }, request, call) => {
    const part = await readFile(files, call.read_file ?? {}, principalOf(request));
    return 'status' in part ? part : { type: 'READ_FILE', read_file: part };
  },
};

/** Sends the answer of a helper. */
export async function answerHelper(
  answer: ReturnType<Helper>,
  reply: Reply,
  accept: MediaType,
): Promise<Reply> {
  const resolved = await answer;
  if (!resolved) return sendText(reply, 200, '');
  if ('status' in resolved) return sendText(reply, resolved.status, resolved.text);
  return reply.type(accept).send(encodeBody('mesos.v1.master.Response', accept, resolved));
}
