/**
 * A DNS query over UDP, as any resolver sends it, and its answers as lines of a zone.
 */

import { createSocket } from 'node:dgram';
import { Packet } from 'dns2';

const TYPES = { A: Packet.TYPE.A, SRV: Packet.TYPE.SRV } as const;

interface DnsAnswer {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly address?: string;
  readonly target?: string;
  readonly port?: number;
  readonly priority?: number;
  readonly weight?: number;
}

/** The answers as lines of a zone; empty when there are none. Rejects when nothing comes back in time. */
export function askDns(
  server: { address: string; port: number },
  name: string,
  type: keyof typeof TYPES,
  timeoutMs = 2000,
): Promise<string[]> {
  const question = new Packet();
  question.header.id = Math.floor(Math.random() * 65_536);
  question.header.rd = 1;
  question.questions.push({ name, type: TYPES[type], class: Packet.CLASS.IN } as never);
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      socket.close();
      finish();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`no answer about ${name} within ${timeoutMs} ms`))),
      timeoutMs,
    );
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('message', (message) =>
      end(() => resolve(lines(Packet.parse(message).answers as DnsAnswer[], type))),
    );
    socket.send(question.toBuffer(), server.port, server.address);
  });
}

function lines(answers: readonly DnsAnswer[], type: keyof typeof TYPES): string[] {
  return answers
    .filter((answer) => answer.type === TYPES[type])
    .map((answer) => {
      const data =
        type === 'A' ? answer.address : `${answer.priority} ${answer.weight} ${answer.port} ${answer.target}`;
      return `${answer.name}  ${answer.ttl}  IN  ${type}  ${data}`;
    })
    .sort();
}
