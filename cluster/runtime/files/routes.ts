/**
 * The endpoints `/files/browse`, `/files/read`, `/files/download` and `/files/debug` (Mesos 1.11
 * src/files/files.cpp).
 *
 * Their texts are those of the original.
 */

import { basename } from 'node:path';
import { principalOf } from '../http/access';
import { type Query, queryOf, sendJson, sendText } from '../http/json';
import { always, type Handler, type Reply, type Request, type Route } from '../http/server';
import { fileJson } from './file-info';
import { typeOf } from './mime-types';
import type { FilesError, VirtualFiles } from './virtual-files';

export interface FilesRoutesOptions {
  readonly files: VirtualFiles;
  readonly realm: string;
  /** The attached paths with their folders, for `/files/debug`. */
  readonly attached: () => Record<string, string>;
  /** True when the sender may see `/files/debug`. */
  readonly mayDebug: (request: Request) => boolean;
}

const NO_PATH = "Expecting 'path=value' in query.\n";

export function filesRoutes(pages: FilesRoutesOptions): Route[] {
  const { files, realm, attached, mayDebug } = pages;
  const debug: Handler = (request, reply) =>
    mayDebug(request)
      ? sendJson(request, reply, JSON.stringify(attached()))
      : sendText(reply, 403, '403 Forbidden.');
  const pageOf = (name: string, GET: Handler): Route => ({
    path: `/files/${name}`,
    realm,
    methods: { GET },
    anyMethod: always,
  });
  return [
    pageOf('browse', (request, reply) => browse(files, request, reply)),
    pageOf('read', (request, reply) => read(files, request, reply)),
    pageOf('download', (request, reply) => download(files, request, reply)),
    pageOf('debug', debug),
  ];
}

const STATUSES: Record<FilesError['problem'], number> = {
  invalid: 400,
  missing: 404,
  forbidden: 403,
  failed: 500,
};

/** The HTTP status of an error, for the v1 calls too. */
export function filesErrorStatus({ problem }: FilesError): number {
  return STATUSES[problem];
}

async function browse(files: VirtualFiles, request: Request, reply: Reply): Promise<Reply> {
  const { path } = queryOf(request);
  if (!path) return sendText(reply, 400, NO_PATH);
  const listed = await files.browse(path, principalOf(request));
  if ('problem' in listed) return sendText(reply, filesErrorStatus(listed), listed.text);
  return sendJson(request, reply, JSON.stringify(listed.map(fileJson)));
}

/**
 * Without an offset, and with -1, the answer has the size of the file as its offset: the web UI asks for it
 * first.
 */
async function read(files: VirtualFiles, request: Request, reply: Reply): Promise<Reply> {
  const query = queryOf(request);
  if (!query['path']) return sendText(reply, 400, NO_PATH);
  const offset = readNumber(query, 'offset');
  const length = readNumber(query, 'length');
  if (typeof offset === 'string') return sendText(reply, 400, offset);
  if (typeof length === 'string') return sendText(reply, 400, length);
  const asksForEnd = offset === -1;
  const wanted = asksForEnd
    ? { offset: 0, length: 0 }
    : { offset, length: length === -1 ? undefined : length };
  const part = await files.read(query['path'], wanted, principalOf(request));
  if ('problem' in part) return sendText(reply, filesErrorStatus(part), part.text);
  const body = { data: part.data.toString('utf8'), offset: asksForEnd ? part.size : offset };
  return sendJson(request, reply, JSON.stringify(body));
}

/** A number of the query, -1 when it is missing; or the text of a refusal. */
function readNumber(query: Query, name: string): number | string {
  const text = query[name];
  if (text === undefined) return -1;
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number))
    return `Failed to parse ${name}: Failed to convert '${text}' to number.\n`;
  return number < -1 ? `Negative ${name} provided: ${number}.\n` : number;
}

/** Sends a file as a download, never as a page of ours; browsers may not guess its type from its bytes. */
async function download(files: VirtualFiles, request: Request, reply: Reply): Promise<Reply> {
  const { path } = queryOf(request);
  if (!path) return sendText(reply, 400, NO_PATH);
  const opened = await files.open(path, principalOf(request), 'download');
  if ('problem' in opened) return sendText(reply, filesErrorStatus(opened), opened.text);
  const name = basename(opened.path).replace(/[^\w.+@ -]/g, '_');
  return reply
    .header('content-type', typeOf(name))
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('x-content-type-options', 'nosniff')
    .header('content-length', opened.size)
    .send(
      opened.size === 0
        ? await opened.file.close().then(() => '')
        : opened.file.createReadStream({ start: 0, end: opened.size - 1 }),
    );
}
