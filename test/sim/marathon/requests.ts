/** Requests to Marathon in the simulation, read and validated as its HTTP API does, and posted as events. */

import { readAppUpdate } from '../../../frameworks/marathon/api/app-update';
import { readGroupUpdate } from '../../../frameworks/marathon/api/group-update';
import { newReading, type Reader } from '../../../frameworks/marathon/api/read';
import { isFailure } from '../../../frameworks/marathon/api/violations';
import type { RootChange } from '../../../frameworks/marathon/core/state/events';
import type { MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';
import { wantedApp } from '../../../frameworks/marathon/edge/rest/app-writes';
import type { RestContext } from '../../../frameworks/marathon/edge/rest/context';
import { groupChange } from '../../../frameworks/marathon/edge/rest/group-change';
import type { Chance } from '../model/chance';
import type { MarathonProcess } from './marathon-process';
import type { Body } from './wishes';

export class Requests {
  /** Changes that validation has refused. */
  invalid = 0;
  private count = 0;
  private readonly context: RestContext;

  constructor(
    private readonly marathon: MarathonProcess,
    private readonly chance: Chance,
    settings: MarathonSettings,
  ) {
    this.context = {
      settings,
      normalization: { mesosBridgeName: settings.mesosBridgeName },
      read: <T>(view: (state: MarathonState) => T): T => view(this.state),
    } as unknown as RestContext;
  }

  private get state(): MarathonState {
    if (this.marathon.state === undefined) throw new Error('Marathon is down');
    return this.marathon.state;
  }

  putApp(id: string, body: Body, force = this.chance.is(0.6)): void {
    const update = read(readAppUpdate, body);
    const app = wantedApp(this.context, { id, update, partial: true });
    if (isFailure(app)) this.invalid++;
    else this.change({ put: [app] }, force);
  }

  /** Whole definitions of several apps in one request. */
  putApps(bodies: readonly (Body & { readonly id: string })[], force: boolean): void {
    const apps = bodies.map((body) =>
      wantedApp(this.context, { id: body.id, update: read(readAppUpdate, body), partial: false }),
    );
    const put = apps.flatMap((app) => (isFailure(app) ? [] : [app]));
    if (put.length < apps.length)
      throw new Error(`an app is refused: ${JSON.stringify(apps.find(isFailure))}`);
    this.change({ put }, force);
  }

  putGroup(id: string, body: Body): void {
    const change = groupChange(this.context, id, read(readGroupUpdate, body));
    if (isFailure(change)) this.invalid++;
    else this.change(change);
  }

  change(change: RootChange, force = this.chance.is(0.6)): void {
    this.marathon.post({ kind: 'api.change', request: ++this.count, change, force, group: '/' });
  }

  cancel(deployment: string): void {
    const force = this.chance.is(0.4);
    this.marathon.post({ kind: 'api.cancel', request: ++this.count, deployment, force });
  }

  /** Instances with their volumes are given up. */
  wipe(instanceIds: readonly string[]): void {
    const request = ++this.count;
    this.marathon.post({
      kind: 'api.kill',
      request,
      taskIds: instanceIds,
      scale: false,
      wipe: true,
      force: true,
    });
  }

  kill(taskIds: readonly string[]): void {
    const { chance } = this;
    this.marathon.post({
      kind: 'api.kill',
      request: ++this.count,
      taskIds,
      force: chance.is(0.5),
      ...chance.pick([
        { scale: false, wipe: false },
        { scale: true, wipe: false },
        { scale: false, wipe: true },
      ]),
    });
  }

  resetDelay(app: string): void {
    this.marathon.post({ kind: 'api.reset-delay', request: ++this.count, app });
  }

  enforceRole(group: string): void {
    const enforceRole = this.chance.is(0.5);
    this.marathon.post({ kind: 'api.patch-group', request: ++this.count, group, enforceRole });
  }
}

function read<T>(reader: Reader<T>, body: Body): T {
  const reading = newReading();
  const value = reader(body, '', reading);
  if (value === undefined || reading.problems.length > 0) throw new Error(JSON.stringify(reading.problems));
  return value;
}
