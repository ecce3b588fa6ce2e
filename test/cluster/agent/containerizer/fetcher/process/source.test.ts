import { fastEnough } from '../../../../../../cluster/agent/containerizer/fetcher/process/source';

describe('fastEnough', () => {
  let nowMs = 0;
  beforeAll(() => jest.spyOn(performance, 'now').mockImplementation(() => nowMs) as never);
  afterAll(() => jest.restoreAllMocks());

  /** The bytes that pass of chunks that come after pauses. */
  async function received(chunks: readonly (readonly [pauseMs: number, bytes: number])[]): Promise<number> {
    async function* coming(): AsyncGenerator<Uint8Array> {
      for (const [pauseMs, bytes] of chunks) {
        nowMs += pauseMs;
        yield Buffer.alloc(bytes);
      }
    }
    let size = 0;
    for await (const chunk of fastEnough(coming(), 60_000)) size += chunk.length;
    return size;
  }

  test('ends a server that sends a byte now and then', async () => {
    const slow = Array.from({ length: 100 }, () => [40_000, 1] as const);
    await expect(received(slow)).rejects.toThrow(
      'less than a byte a second came within 1mins, the bound of --fetcher_stall_timeout',
    );
    const later = [[1000, 1_000_000] as const, ...slow];
    await expect(received(later)).rejects.toThrow('less than a byte a second');
  });

  test('lets slow links have their time', async () => {
    expect(await received(Array.from({ length: 100 }, () => [50_000, 100] as const))).toBe(10_000);
  });
});
