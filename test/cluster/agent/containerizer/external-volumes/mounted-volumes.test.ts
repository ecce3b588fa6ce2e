import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExternalVolume } from '../../../../../cluster/agent/containerizer/external-volumes/dvdcli';
import { MountedVolumes } from '../../../../../cluster/agent/containerizer/external-volumes/mounted-volumes';
import { VolumeClaims } from '../../../../../cluster/agent/containerizer/external-volumes/volume-claims';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-claims-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program whose calls the test ends. */
class HeldProgram {
  readonly calls: string[] = [];
  private readonly waiting = new Map<string, (end: { readonly error?: Error }) => void>();

  readonly mount = (volume: ExternalVolume, _options: unknown, signal?: AbortSignal): Promise<string> =>
    this.call(`mount ${volume.name}`, signal).then(() => `/mnt/${volume.name}`);
  readonly unmount = (volume: ExternalVolume): Promise<void> => this.call(`unmount ${volume.name}`);

  private call(text: string, signal?: AbortSignal): Promise<void> {
    this.calls.push(text);
    return new Promise((resolve, reject) => {
      this.waiting.set(text, ({ error }) => (error ? reject(error) : resolve()));
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  /** Ends a call, which has begun. */
  async end(text: string, error?: Error): Promise<void> {
    this.waiting.get(text)?.(error ? { error } : {});
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const volume = (name: string) => ({ driver: 'd', name, options: new Map() });
const startOf = () => {
  const program = new HeldProgram();
  return { program, volumes: new MountedVolumes(new VolumeClaims(root), program) };
};
const recordOf = (id: string): unknown => JSON.parse(readFileSync(join(root, id, 'volumes'), 'utf8'));

async function mounted({ program, volumes }: ReturnType<typeof startOf>, id: string, name: string) {
  const mount = volumes.mount(id, [volume(name)]);
  await settled();
  await program.end(`mount ${name}`);
  return await mount;
}

test('a claim is on disk before its volume is mounted, in the form of the original', async () => {
  const { program, volumes } = startOf();
  const mount = volumes.mount('C', [volume('a'), volume('b')]);
  expect(recordOf('C')).toEqual({
    volumes: [
      { driver: 'd', name: 'a' },
      { driver: 'd', name: 'b' },
    ],
  });
  await settled();
  await program.end('mount b');
  await program.end('mount a');
  expect(await mount).toEqual(['/mnt/a', '/mnt/b']);
});

test('a volume of two containers is unmounted with the last of them', async () => {
  const start = startOf();
  await mounted(start, 'C', 'a');
  await mounted(start, 'D', 'a');
  await start.volumes.end('C');
  expect(start.program.calls).toEqual(['mount a', 'mount a']);
  const end = start.volumes.end('D');
  await settled();
  await start.program.end('unmount a');
  await end;
  expect(start.program.calls.at(-1)).toBe('unmount a');
  expect(() => recordOf('D')).toThrow(/ENOENT/);
});

test('two containers that end at once unmount their volume once', async () => {
  const start = startOf();
  await mounted(start, 'C', 'a');
  await mounted(start, 'D', 'a');
  const ends = [start.volumes.end('C'), start.volumes.end('D')];
  await settled();
  await start.program.end('unmount a');
  await Promise.all(ends);
  expect(start.program.calls.filter((call) => call === 'unmount a')).toHaveLength(1);
});

test('calls for one volume wait for each other, and those for others do not', async () => {
  const start = startOf();
  await mounted(start, 'C', 'a');
  const end = start.volumes.end('C');
  await settled();
  const again = start.volumes.mount('D', [volume('a')]);
  const other = start.volumes.mount('E', [volume('b')]);
  await settled();
  expect(start.program.calls).toEqual(['mount a', 'unmount a', 'mount b']);
  await start.program.end('unmount a');
  await settled();
  expect(start.program.calls.at(-1)).toBe('mount a');
  await start.program.end('mount a');
  await start.program.end('mount b');
  await Promise.all([end, again, other]);
});

test('a launch that is given up does not wait for an earlier call', async () => {
  const start = startOf();
  await mounted(start, 'C', 'a');
  const end = start.volumes.end('C');
  await settled();
  const unwanted = new AbortController();
  const launch = start.volumes.mount('D', [volume('a')], unwanted.signal);
  await settled();
  unwanted.abort(new Error('the container is destroyed'));
  await expect(launch).rejects.toThrow('the container is destroyed');
  await start.program.end('unmount a');
  await end;
  expect(start.program.calls).toEqual(['mount a', 'unmount a']);
});

test('a failure tells all reasons when every call has ended, and leaves the claim until the end', async () => {
  const { program, volumes } = startOf();
  const mount = volumes.mount('C', [volume('a'), volume('b')]);
  const failure = expect(mount).rejects.toThrow(new Error('no a\nno b'));
  await settled();
  await program.end('mount a', new Error('no a'));
  await program.end('mount b', new Error('no b'));
  await failure;
  expect(recordOf('C')).toMatchObject({ volumes: [{ name: 'a' }, { name: 'b' }] });
});

test('what could not be unmounted is claimed on disk alone, and the next start ends it', async () => {
  const start = startOf();
  await mounted(start, 'C', 'a');
  const end = expect(start.volumes.end('C')).rejects.toThrow('in use');
  await settled();
  await start.program.end('unmount a', new Error('in use'));
  await end;
  await start.volumes.end('C');
  // It holds up nobody else.
  await mounted(start, 'D', 'a');
  const next = startOf();
  expect(next.program.calls).toEqual([]);
  await next.volumes.end('C');
  expect(next.program.calls).toEqual([]);
  const last = next.volumes.end('D');
  await settled();
  await next.program.end('unmount a');
  await last;
});

test.each(['', 'no JSON', '{"volumes": 1}', '{"volumes": [1, {"driver": "d"}]}'])(
  'a damaged file %j of a container is no claim, and goes with its end',
  async (text) => {
    mkdirSync(join(root, 'C'));
    writeFileSync(join(root, 'C', 'volumes'), text);
    const { program, volumes } = startOf();
    await volumes.end('C');
    expect(program.calls).toEqual([]);
    expect(new VolumeClaims(root).containerIds()).toEqual([]);
  },
);
