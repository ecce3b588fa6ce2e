/**
 * Lines in the sandbox's `stderr`, in the form of glog, as the original's fetcher writes them.
 */

import { writeSync } from 'node:fs';

const STDERR = 2;

export function info(text: string): void {
  write('I', text);
}

export function warn(text: string): void {
  write('W', text);
}

export function fail(text: string): void {
  write('E', text);
}

/** `I1130 18:02:11.000123 4711 fetcher.ts:1] text`. A disk that is full keeps nothing from its end. */
function write(level: string, text: string): void {
  const now = new Date();
  const day = `${pad(now.getMonth() + 1)}${pad(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join(':');
  const micros = String(now.getMilliseconds() * 1000).padStart(6, '0');
  try {
    writeSync(STDERR, `${level}${day} ${time}.${micros} ${process.pid} fetcher.ts:1] ${text}\n`);
  } catch {
    // Nobody is left to be told.
  }
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
