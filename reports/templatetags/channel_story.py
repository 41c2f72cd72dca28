"""The part of a channel's page that reads across rooms; the page itself belongs to a room that may not."""

from django import template

from reports.selectors.channel import DIFFERENCES, channel_story

register = template.Library()


@register.inclusion_tag("reports/channel/story.html", takes_context=True)
def story_of(context, channel):
    """Show what was said, promised and delivered in a channel; the page's ``known`` is the day asked for."""
    told = channel_story(channel, context.get("known"))
    return {"story": told, "differing": told.differing[:DIFFERENCES], "channel": channel}
