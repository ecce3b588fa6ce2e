/** The examples are taken by the APIs that they are for, and every member of them has an effect. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { normalizeApp } from '../frameworks/marathon/api/app-normalization';
import { readAppUpdate } from '../frameworks/marathon/api/app-update';
import { validateApp } from '../frameworks/marathon/api/app-validate';
import { normalizePod } from '../frameworks/marathon/api/pod-normalization';
import { readPodUpdate } from '../frameworks/marathon/api/pod-update';
import { validatePod, validatePodRoles } from '../frameworks/marathon/api/pod-validate';
import { newReading } from '../frameworks/marathon/api/read';
import { readingOf } from './frameworks/chronos/jobs';

const FOLDER = join(__dirname, '..', 'examples');
const OPTIONS = { features: ['secrets'], validRoles: ['*', 'store'], executor: '//cmd' };

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const bodies = names.map((name): [name: string, body: Record<string, unknown>] => [
  name,
  JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Record<string, unknown>,
]);
const isPod = ([, body]: (typeof bodies)[number]): boolean => 'containers' in body;
const isApp = ([, body]: (typeof bodies)[number]): boolean => 'id' in body && !('containers' in body);
const isJob = ([, body]: (typeof bodies)[number]): boolean => !('id' in body);

test.each(bodies.filter(isApp))('%s is an app', (_name, body) => {
  const reading = newReading();
  const update = readAppUpdate(body, '', reading);
  expect(reading).toEqual({ problems: [], unknown: [] });
  if (update?.id === undefined) throw new Error('it has no id');
  const app = normalizeApp({
    id: update.id,
    update,
    base: '/',
    role: '*',
    options: { mesosBridgeName: 'mesos-bridge' },
  });
  expect(validateApp(app, OPTIONS)).toBeUndefined();
});

test.each(bodies.filter(isPod))('%s is a pod', (_name, body) => {
  const reading = newReading();
  const update = readPodUpdate(body, '', reading);
  expect(reading).toEqual({ problems: [], unknown: [] });
  if (!update) throw new Error('it is no pod');
  const pod = normalizePod({ update, role: '*', options: {} });
  expect([validatePod(pod, OPTIONS), validatePodRoles(pod, OPTIONS)]).toEqual([undefined, undefined]);
});

test.each(bodies.filter(isJob))('%s is a job', (_name, body) => {
  expect(readingOf(body).unknown).toEqual([]);
});

test('the README of the examples names each of them', () => {
  const text = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
