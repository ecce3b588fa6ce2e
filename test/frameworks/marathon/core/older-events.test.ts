import { hashOf } from '../../../../cluster/runtime/recording/canonical';
import { replay } from '../../../../cluster/runtime/recording/replay';
import { marathonReplay } from '../../../../frameworks/marathon/core/step';
import { app, FakeCluster } from '../fake-cluster';

type RecordedEvent = { readonly kind: string; readonly purpose?: { kind: string; index?: number } };

/** An event as the version before recorded it. */
function earlier({ kind, purpose, ...members }: RecordedEvent): object {
  const index = purpose && (purpose.kind === 'readiness' ? -1 : purpose.index);
  return {
    kind: kind.replace('scheduler.', 'driver.'),
    ...members,
    ...(index !== undefined && { index }),
  };
}

function recordedLife(): { cluster: FakeCluster; events: RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  const recorder = {
    event: (event: unknown): void => void events.push(JSON.parse(JSON.stringify(event))),
    end: async (): Promise<void> => undefined,
  };
  const cluster = new FakeCluster({ recorder: () => recorder });
  const portDefinitions = [{ port: 0, name: 'http' }];
  const readinessChecks = [{ portName: 'http' }];
  cluster.change({ put: [app({ healthChecks: [{ path: '/' }], readinessChecks, portDefinitions })] });
  cluster.advance(60_000);
  return { cluster, events };
}

const recordingOf = ({ cluster, events }: { cluster: FakeCluster; events: readonly object[] }) => ({
  machine: 'marathon',
  boot: cluster.boot,
  events,
  end: hashOf(cluster.state),
  torn: false,
});

describe('a replay of Marathon', () => {
  it('ends in the same state as the life that was recorded', () => {
    const life = recordedLife();
    expect(replay(recordingOf(life), marathonReplay).same).toBe(true);
  });

  it('takes the events of an earlier version', () => {
    const { cluster, events } = recordedLife();
    const older = events.map(earlier);
    const kinds = new Set(older.map((event) => (event as RecordedEvent).kind));
    const indexes = new Set(older.flatMap((event) => ('index' in event ? [event.index] : [])));
    expect([...kinds]).toEqual(expect.arrayContaining(['driver.offers', 'driver.update', 'probed']));
    expect(indexes).toEqual(new Set([0, -1]));
    expect(replay(recordingOf({ cluster, events: older }), marathonReplay).same).toBe(true);
  });
});
