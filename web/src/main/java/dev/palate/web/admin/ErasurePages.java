package dev.palate.web.admin;

import dev.palate.memory.Page;
import dev.palate.web.problem.Input;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The operator's page of erasures: what was forgotten, how far it is, and the receipts.
@Controller
final class ErasurePages {
    private static final int PAGE_SIZE = 30;

    private final ReceiptCards receipts;

    ErasurePages(ReceiptCards receipts) {
        this.receipts = receipts;
    }

    @GetMapping("/erasures")
    String page(@RequestParam @Nullable String cursor, Model model) {
        Page<ReceiptCards.ReceiptCard> page = Input.page(PAGE_SIZE, size -> receipts.page(cursor, size));
        model.addAttribute("receipts", page.items());
        model.addAttribute("next", page.nextCursor());
        return "erasures";
    }
}
