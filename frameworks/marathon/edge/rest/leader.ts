/** `/v2/leader`: who leads, and the end of the lead by order, with a backup and a restore by the next leader. */

import type { Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { ok } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import { isFailure, notValid } from '../../api/violations';
import type { RestContext } from './context';

export function leaderRoutes(context: RestContext): Route[] {
  const show = handlerOf(context, (request) => {
    context.rights(request).demand('view', { kind: 'leader' });
    return ok({ leader: context.leader() });
  });
  const giveUp = handlerOf(context, async (request) => {
    context.rights(request).demand('update', { kind: 'leader' });
    const [backup, restore] = ['backup', 'restore'].map((name) => readUrl(queryAll(request, name)[0]));
    if (isFailure(backup)) return backup;
    if (isFailure(restore)) return restore;
    await context.abdicate({ backup, restore });
    return ok({ message: 'Leadership abdicated' });
  });
  return [{ path: '/v2/leader', methods: { GET: show, DELETE: giveUp } }];
}

/** The URL of a file on this disk, or the refusal for it. */
function readUrl(text: string | undefined): string | undefined | ReturnType<typeof notValid> {
  if (text === undefined || isFileUrl(text)) return text;
  const isS3 = text.startsWith('s3:');
  const error = isS3
    ? 'Buckets of S3 are not written or read: give file:///PATH, and copy the file'
    : `Invalid URI or unsupported scheme: ${text}`;
  return notValid([{ path: '/', errors: [error] }]);
}

function isFileUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, pathname } = new URL(text);
  return protocol === 'file:' && host === '' && pathname.length > 1 && !/%(2f|00)/i.test(pathname);
}
