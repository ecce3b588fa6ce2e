/**
 * Answers to calls of the operator API that are made at once: responses, refusals, and files of the process.
 */

import type { Response } from '../../../api/generated/master';
import { encodeBody } from '../../../api/media-type';
import { listFiles, readFile } from '../../../runtime/files/v1-files';
import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import type { Part } from '../../core/validate/operator-call';
import type { Exchange, OperatorContext } from './operator-door';

/** A response, undefined for 200 without a body, or a refusal. */
export type HelperAnswer = Response | undefined | { readonly status: number; readonly text: string };

/** The answer of a call, made from its part. */
type Respond<P> = (door: OperatorContext, request: Request, part: P) => HelperAnswer | Promise<HelperAnswer>;

/** Sends what `respond` makes. */
export function responds<P>(respond: Respond<P>): (exchange: Exchange, part: P) => Promise<Reply> {
  return async ({ door, request, reply, accept }, part) => {
    const response = await respond(door, request, part);
    if (!response) return sendText(reply, 200, '');
    if ('status' in response) return sendText(reply, response.status, response.text);
    return reply.type(accept).send(encodeBody('mesos.v1.master.Response', accept, response));
  };
}

export async function listFilesCall(
  { files }: OperatorContext,
  request: Request,
  { path }: Part<'LIST_FILES'>,
): Promise<HelperAnswer> {
  const listed = await listFiles(files, path, principalOf(request));
  return 'status' in listed ? listed : { type: 'LIST_FILES', list_files: listed };
}

export async function readFileCall(
  { files }: OperatorContext,
  request: Request,
  part: Part<'READ_FILE'>,
): Promise<HelperAnswer> {
  const content = await readFile(files, part, principalOf(request));
  return 'status' in content ? content : { type: 'READ_FILE', read_file: content };
}
