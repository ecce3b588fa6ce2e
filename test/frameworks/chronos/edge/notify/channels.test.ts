import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { messageOf } from '../../../../../frameworks/chronos/core/notify/notice';
import type { Channel } from '../../../../../frameworks/chronos/edge/notify/channel';
import { type ChannelSettings, openChannels } from '../../../../../frameworks/chronos/edge/notify/channels';
import { jobOf } from '../../jobs';
import { noticeOf } from '../../notices';

const OFF: ChannelSettings = { mail: undefined, slack: undefined, mattermost: undefined, http: undefined };

const opened: { close(): void }[] = [];

afterEach(() => {
  for (const part of opened.splice(0)) part.close();
});

function open(settings: Partial<ChannelSettings>): Channel[] {
  const channels = openChannels({ ...OFF, ...settings }, silentLogger);
  opened.push(...channels);
  return channels;
}

/** Delivers a notice over every channel, to every receiver. */
async function deliver(channels: readonly Channel[], notice = noticeOf()): Promise<unknown[]> {
  const message = messageOf(notice, 'west');
  const { signal } = new AbortController();
  const deliveries = channels.flatMap((channel) =>
    channel.receivers(notice).map((receiver) => channel.deliver({ notice, message, receiver }, signal)),
  );
  return await Promise.all(deliveries);
}

describe('web hooks', () => {
  interface Hit {
    readonly path: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  async function serve(status = 200): Promise<{ url: string; hits: Hit[] }> {
    const hits: Hit[] = [];
    const server: Server = createServer((request, response) => {
      void text(request).then((body) => {
        hits.push({ path: request.url, headers: request.headers, body });
        response.writeHead(status, { location: '/elsewhere' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(server);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits };
  }

  it('of chats and of the http client get JSON, with credentials where there are some', async () => {
    const { url, hits } = await serve();
    const channels = open({
      slack: `${url}/slack`,
      mattermost: `${url}/mattermost`,
      http: { url: `${url}/hook`, credentials: 'user:pass' },
    });
    expect(await deliver(channels)).toEqual([undefined, undefined, undefined]);
    const byPath = Object.fromEntries(hits.map((hit) => [hit.path, hit]));
    expect(Object.keys(byPath).sort()).toEqual(['/hook', '/mattermost', '/slack']);
    expect(byPath['/slack']?.body).toContain(`{"text":"[west] [Chronos] job 'a' failed!: Time: `);
    expect(byPath['/slack']?.headers.authorization).toBeUndefined();
    expect(byPath['/hook']?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(byPath['/hook']?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:pass').toString('base64')}`,
    );
  });

  it('that redirect are not followed', async () => {
    const { url, hits } = await serve(302);
    expect(await deliver(open({ slack: url }))).toEqual([
      { reason: 'it answered with status 302', isPermanent: true },
    ]);
    expect(hits).toHaveLength(1);
  });

  it('that cannot be reached are tried again', async () => {
    const [failure] = await deliver(open({ slack: 'http://127.0.0.1:1/secret' }));
    expect(failure).toMatchObject({ isPermanent: false });
    expect(JSON.stringify(failure)).not.toContain('secret');
  });
});

describe('mail', () => {
  interface Mailbox {
    readonly mails: { to: string[]; text: string }[];
    readonly port: number;
  }

  async function serveMail(refused?: string): Promise<Mailbox> {
    const mails: Mailbox['mails'] = [];
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('bad password')),
      onRcptTo: ({ address }, _session, done) =>
        address === refused ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
      onData: (stream, { envelope }, done) => {
        void text(stream).then((body) => {
          mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: body });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => server.close(() => undefined) });
    return { mails, port: (server.server.address() as AddressInfo).port };
  }

  const options = (port: number) => ({ host: '127.0.0.1', port, from: 'chronos@example.org', ssl: false });
  const noticeTo = (owner: string) => noticeOf({ job: jobOf({ name: 'a', schedule: 'R//P1D', owner }) });

  it('goes to each owner alone', async () => {
    const { mails, port } = await serveMail();
    const notice = noticeTo('a@example.org,b@example.org,#ops');
    expect(await deliver(open({ mail: options(port) }), notice)).toEqual([undefined, undefined]);
    expect(mails.map(({ to }) => to).sort()).toEqual([['a@example.org'], ['b@example.org']]);
    expect(mails[0]?.text).toContain("Subject: [west] [Chronos] job 'a' failed!");
    expect(mails[0]?.text).toContain('Message: TASK_FAILED');
  });

  it('is not sent without an owner', async () => {
    const { mails, port } = await serveMail();
    expect(await deliver(open({ mail: options(port) }), noticeTo(''))).toEqual([]);
    expect(mails).toEqual([]);
  });

  it.each([
    ['right', undefined],
    ['wrong', { isPermanent: true }],
  ])('with the password %s', async (password, failure) => {
    const { port } = await serveMail();
    const [outcome] = await deliver(open({ mail: { ...options(port), user: 'u', password } }));
    if (failure) expect(outcome).toMatchObject(failure);
    else expect(outcome).toBeUndefined();
  });

  it('to an address that the server refuses is given up', async () => {
    const { port } = await serveMail('a@example.org');
    expect(await deliver(open({ mail: options(port) }))).toEqual([
      expect.objectContaining({ isPermanent: true }),
    ]);
  });

  it('is tried again when the server is away', async () => {
    expect(await deliver(open({ mail: options(1) }))).toEqual([
      expect.objectContaining({ isPermanent: false }),
    ]);
  });
});
