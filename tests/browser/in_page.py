"""Python run in the page beside the app, in the page's own interpreter: what a test changes there, or asks the client for."""

import json

ADD_SCRIPT = """([code, done]) => new Promise((resolve, reject) => {
    window[done] = text => { delete window[done]; const told = JSON.parse(text); told.failed ? reject(new Error(told.failed)) : resolve(told.answer); };
    const script = document.createElement("script");
    script.type = "mpy";
    script.textContent = code;
    document.body.append(script);
})"""
WRAPPED = """
async def the_test():
{body}

async def run_the_test():
    import json, sys
    from js import window
    try:
        told = {{"answer": await the_test()}}
    except Exception as error:
        sys.print_exception(error)
        told = {{"failed": repr(error)}}
    getattr(window, "{done}")(json.dumps(told))

import asyncio
asyncio.create_task(run_the_test())
"""


def run_in_page(page, code):
    """Run the body of an asynchronous function in the page, where ``app`` is the running app; what it returns."""
    body = "\n".join("    " + line for line in code.strip().splitlines())
    done = "theTestIsDone"
    return page.evaluate(ADD_SCRIPT, [WRAPPED.format(body=body, done=done), done])


def run_in_worker(page, line):
    """Run a line of Python in the worker, where ``session`` is the open session, by way of the lab's prompt."""
    code = f"""
from vizzy.page.site import late_loading
await late_loading.load_in_worker("labs", app.worker)
return await app.worker.long_lab("rule_editor.prompt", {{"line": {json.dumps(line)}}}, app.worker.new_run())
"""
    answer = run_in_page(page, code)
    assert not answer["failed"], answer
    return answer["said"]
