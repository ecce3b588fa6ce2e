/** Apps as requests describe them, read and normalised for tests. */

import type { App } from '../../../../frameworks/marathon/api/app';
import { normalizeApp } from '../../../../frameworks/marathon/api/app-normalization';
import { readAppUpdate } from '../../../../frameworks/marathon/api/app-update';
import { newReading } from '../../../../frameworks/marathon/api/read';

export type Body = Record<string, unknown>;

/** The app of a request that has no problem; throws with the problems of any other. */
export function readApp(body: Body, more: { stored?: App; network?: string } = {}): App {
  const reading = newReading();
  const update = readAppUpdate(body, '', reading);
  if (!update || reading.problems.length > 0) throw new Error(JSON.stringify(reading.problems));
  const options = { mesosBridgeName: 'mesos-bridge', defaultNetworkName: more.network };
  return normalizeApp({ id: '/app', update, stored: more.stored, role: '*', options });
}
