// Comfort alone: every page works without this file.
const announce = (words) => {
  const region = document.getElementById("live");
  if (region) region.textContent = words;
};

// A secret that nobody copied is lost with the page: whatever was copied with it in it ends the warning.
const copied = (text) => {
  for (const secret of document.querySelectorAll("[data-uncopied]")) {
    if (text.includes(secret.value)) delete secret.dataset.uncopied;
  }
};

// A copy button names the element whose text it copies. Over plain http on another host there is
// no clipboard to write to; the text is then selected, so that one key press copies it.
const copy = async (button) => {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    announce("Selected: press Ctrl+C or ⌘C to copy");
    return;
  }
  copied(text);
  const label = button.querySelector("span");
  const words = label.textContent;
  label.textContent = "Copied";
  announce("Copied to the clipboard");
  setTimeout(() => { label.textContent = words; }, 1500);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (button) copy(button);
});

// What is marked in a field is not among what the document has marked. Whoever says that the secret is
// saved has been warned enough.
document.addEventListener("copy", ({ target }) => {
  const isField = typeof target.selectionStart === "number";
  copied(isField ? target.value.slice(target.selectionStart, target.selectionEnd) : `${getSelection()}`);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-saved]")) return;
  for (const secret of document.querySelectorAll("[data-uncopied]")) delete secret.dataset.uncopied;
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-uncopied]")) event.preventDefault();
});

const localTimes = (within) => {
  for (const time of within.querySelectorAll("time[datetime]")) {
    time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
  }
};
localTimes(document);

// A fragment is fetched from the URL that it names, or from the page's own, and taken out of it: what
// it shows is what a reload would show. (What answers a form stands at a URL that nobody can get.)
// It stays as it is while somebody is in it, or while nobody looks.
const REFRESH_MILLISECONDS = 5000;
const refresh = async (id) => {
  const old = document.getElementById(id);
  if (!old || document.hidden || old.contains(document.activeElement)) return;
  const answer = await fetch(old.dataset.refresh || location.href, { headers: { "X-Fragment": id } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (!fresh || old.contains(document.activeElement)) return;
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  fresh.querySelectorAll("details").forEach((details, place) => { details.open = open[place] ?? details.open; });
  localTimes(fresh);
  old.replaceWith(fresh);
};
for (const fragment of document.querySelectorAll("[data-refresh][id]")) {
  setInterval(refresh, REFRESH_MILLISECONDS, fragment.id);
}
