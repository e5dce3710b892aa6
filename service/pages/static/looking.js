// Shows a draft once it has been looked at: there is nothing on this page that could be lost.

const EVERY = 300; // milliseconds between two looks
const pause = (time) => new Promise((done) => setTimeout(done, time));

async function over() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  return !(await answer.text()).includes('id="looking"');
}

while (!(await over().catch(() => false))) await pause(EVERY); // the service is away for a moment: the next look tells
location.reload();
