import { nodeModule } from "./platform.ts";

/** An X server answers a greeting within milliseconds; one behind a network may take a while. */
const mostMilliseconds = 2_000;

/** How a client of X11 begins: little-endian, version 11.0, without a name or a proof of who it is. */
const greeting = Uint8Array.of(0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/**
 * Whether the X server of a `DISPLAY` answers, be it with a refusal. What draws through X waits for that without end. False only where
 * it stays silent: of one that is not there the attempt to draw says so at once.
 */
export async function displayAnswers(display: string): Promise<boolean> {
  const [, host, number] = /^([^/]*):(\d+)(?:\.\d+)?$/.exec(display) ?? [];
  if (host === undefined) return true;
  const { connect } = nodeModule("node:net");
  const socket =
    host === "" || host === "unix"
      ? connect(`/tmp/.X11-unix/X${number}`)
      : connect(6000 + Number(number), host);
  socket.write(greeting);
  const answers = await new Promise<boolean>((settle) => {
    const limit = setTimeout(() => settle(false), mostMilliseconds);
    const ended = (): void => {
      clearTimeout(limit);
      settle(true);
    };
    for (const event of ["data", "error", "close"]) socket.on(event, ended);
  });
  socket.destroy();
  return answers;
}
