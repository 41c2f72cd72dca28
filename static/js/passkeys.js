/*
 * Passkeys: asks the browser for one and puts its answer into the form, which then goes the ordinary way.
 * <form data-passkey="create|get"> takes its options from #passkey-options; "ask" fetches them from the form's address.
 */
(() => {
  "use strict";

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  async function create(options, alone) {
    const chosen = { ...options.authenticatorSelection };
    chosen.residentKey = alone ? "required" : "discouraged";
    chosen.requireResidentKey = alone;
    if (alone) chosen.userVerification = "required";
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: keys(options.excludeCredentials),
        authenticatorSelection: chosen,
      },
    });
    return {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
      made,
    };
  }

  async function get(options) {
    const made = await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: keys(options.allowCredentials) },
    });
    return {
      clientDataJSON: text(made.response.clientDataJSON),
      authenticatorData: text(made.response.authenticatorData),
      signature: text(made.response.signature),
      userHandle: made.response.userHandle ? text(made.response.userHandle) : null,
      made,
    };
  }

  const asJson = ({ made, ...response }) => ({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response,
  });

  async function optionsFor(form) {
    if (form.dataset.passkey !== "ask") return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new TypeError("failed");
    return answer.json();
  }

  /** Words for what went wrong: they stand in the page. */
  const reason = (error) => {
    if (error instanceof TypeError) return "failed";
    return error.name === "SecurityError" ? "unsupported" : "refused";
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const way = form.dataset.passkey;
    if (!way || form.elements.credential.value) return;
    event.preventDefault();
    const message = form.querySelector("[data-passkey-message]");
    const say = (why) => { message.textContent = message.dataset[why]; message.hidden = false; };
    message.hidden = true;
    if (!window.PublicKeyCredential) { say("unsupported"); return; }
    try {
      const data = await optionsFor(form);
      const made = way === "create"
        ? await create(data.creation_options.publicKey, form.elements.passwordless?.checked ?? false)
        : await get(data.request_options.publicKey);
      form.elements.credential.value = JSON.stringify(asJson(made));
      form.submit();
    } catch (error) {
      say(reason(error));
    }
  });

  /* Back with the browser's button: the answer was for one time. */
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-passkey]").forEach((form) => { form.elements.credential.value = ""; });
  });
})();
