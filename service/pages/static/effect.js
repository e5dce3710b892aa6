// Follows an effect that is being worked out, and shows the page anew when there is more of it.

const place = document.getElementById("progress");
const EVERY = 1500; // milliseconds

async function look() {
  try {
    const state = await (await fetch(place.dataset.state, { headers: { Accept: "application/json" } })).json();
    if (state.parts > Number(place.dataset.parts) || state.status !== place.dataset.status) return location.reload();
    const bar = place.querySelector("progress");
    if (bar && state.of) Object.assign(bar, { max: state.of, value: state.done });
  } catch {
    // the service is away for a moment: the next look tells
  }
  setTimeout(look, EVERY);
}

if (place) setTimeout(look, EVERY);
