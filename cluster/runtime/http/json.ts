/**
 * Answers of the v0 endpoints: JSON, JSONP for old web pages (libprocess), and plain texts.
 */

import type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';
import { toggle } from '../config/flags';

/** Function names that JSONP may call. */
const JSONP = /^[A-Za-z_$][\w$.]{0,127}$/;

/** The flag `--jsonp`, of processes that serve pages of Mesos. */
export const jsonpFlag = toggle({
  help: 'answer ?jsonp=FUNCTION as scripts, as the web pages of Mesos used: any web page can then read this API',
  fallback: false,
});

export type Query = Readonly<Record<string, string | undefined>>;

/** The query of a request; of a parameter with several values the last one counts. */
export function queryOf(request: Request): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );
}

/**
 * Reads a number of a query as the original does: 32 bits with a sign, perhaps in hex; undefined for anything
 * else.
 */
export function readInt32(text: string | undefined): number | undefined {
  const match = /^([+-]?)(\d+|0x[0-9a-f]+)$/i.exec(text ?? '');
  if (!match) return undefined;
  const value = (match[1] === '-' ? -1 : 1) * Number(match[2]);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
}

/**
 * Sends JSON, or with `?jsonp=NAME` a call of that function. JSON goes out as bytes, since Fastify gives
 * texts a charset and Mesos sends none.
 */
export function sendJson(request: Request, reply: Reply, json: Buffer | string): Reply {
  const { jsonp } = queryOf(request);
  if (jsonp === undefined) return reply.type('application/json').send(bytesOf(json));
  if (!JSONP.test(jsonp)) return sendText(reply, 400, "'jsonp' must be the name of a function");
  return reply.type('text/javascript').send(`${jsonp}(${json.toString()})`);
}

function bytesOf(json: Buffer | string): Buffer {
  return typeof json === 'string' ? Buffer.from(json) : json;
}

/** Sends plain text. Mesos' errors have a type even when their text is empty. */
export function sendText(reply: Reply, status: number, text: string): Reply {
  return text === '' && status < 400
    ? reply.code(status).send()
    : reply.code(status).type('text/plain; charset=utf-8').send(text);
}
