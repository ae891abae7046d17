// What the translators of Chrome, Edge and Safari do to a page, whatever the page asks for: each text is taken out and two
// <font> elements with another text stand in its place, also for texts that come later.
(function (root) {
  function translate(text) {
    if (!text.data.trim() || !text.parentElement || text.parentElement.closest("font, script, style")) return;
    const outer = document.createElement("font");
    const inner = document.createElement("font");
    inner.textContent = "«" + text.data + "»";
    outer.append(inner);
    text.replaceWith(outer);
  }
  function translateAll(node) {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const found = node.nodeType === Node.TEXT_NODE ? [node] : [];
    while (texts.nextNode()) found.push(texts.currentNode);
    found.forEach(translate);
  }
  translateAll(root);
  new MutationObserver(function (changes) {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target);
      change.addedNodes.forEach(translateAll);
    }
  }).observe(root, { childList: true, subtree: true, characterData: true });
})
